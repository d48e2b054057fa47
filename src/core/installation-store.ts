/** A workspace, guild or server of a platform, by the platform's own name for it. */
export type Place = { readonly platform: string; readonly workspaceId: string }

/** The bot in a place whose people have installed it themselves. */
export type Installation = Place & {
	/** What its people call the place. */
	readonly name: string
	/** What the platform has given to act there with, such as a token: as the adapter writes it, and secret. */
	readonly credentials: string
}

/** Why the credentials of a place can't be had. */
export type Unreadable = Pick<Installation, 'workspaceId' | 'name'>

/**
 * Where the bot is installed, and what it acts there with. Credentials are sealed: whoever has the database and no key can't use
 * them, and those of one place don't pass for another's.
 */
export interface InstallationStore {
	/** Keeps an installation, instead of an earlier one in the same place. Every process sees it at once. */
	save(installation: Installation): Promise<void>
	/**
	 * What was kept of a place; null where it isn't installed.
	 * @throws ThreadwiseError `config` if it was sealed with a key that isn't there any more.
	 */
	find(place: Place): Promise<Installation | null>
	/**
	 * Forgets the credentials of a place, unless they were kept after that moment, ISO 8601: what tells of it may come late, when the
	 * bot is back already. Returns whether there were any.
	 */
	remove(place: Place, keptBefore: string): Promise<boolean>
	/** How many places of a platform have credentials. */
	count(platform: string): Promise<number>
	/** Seals everything of a platform with the newest key. Returns what no key opens: it stays as it is. */
	renew(platform: string): Promise<readonly Unreadable[]>
}
