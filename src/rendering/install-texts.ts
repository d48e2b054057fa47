/** What a page says: what has happened, and what to do now. */
export type PageTexts = { readonly title: string; readonly text: string }

/** What people read who install the app in a place of theirs. */
export type InstallTexts = {
	readonly offer: PageTexts
	readonly permissions: string
	readonly install: (platform: string) => string
	readonly installAgain: string
	readonly installed: (place: string) => PageTexts
	readonly open: (platform: string) => string
	/** They have changed their mind. */
	readonly declined: PageTexts
	/** What came back isn't what this browser was sent away with, or too late. */
	readonly stale: PageTexts
	readonly notAllowed: (place: string) => PageTexts
	readonly wholeOrganization: PageTexts
	/** The app itself isn't set up as it has to be; `why` is the platform's own word. */
	readonly refused: (platform: string, why: string) => PageTexts
	readonly away: (platform: string) => PageTexts
	readonly notKept: PageTexts
}

export const englishInstallTexts: InstallTexts = {
	offer: {
		title: 'Threadwise for your workspace',
		text: 'It answers questions step by step, checks its work, and lets you open the steps. Easy questions are answered at once.',
	},
	permissions: 'What it asks for:',
	install: (platform) => `Add to ${platform}`,
	installAgain: 'Start again',
	installed: (place) => ({
		title: `Threadwise is in ${place}`,
		text: 'Invite it to a channel with /invite, and mention it with a question. Or write to it directly: you find it under Apps.',
	}),
	open: (platform) => `Open ${platform}`,
	declined: {
		title: 'Nothing was installed',
		text: 'You have not allowed it, so nothing has changed. If that was a slip, start again.',
	},
	stale: {
		title: 'This did not begin here, or too long ago',
		text: 'Nothing was installed. An installation ends in the browser in which it began, within ten minutes, and with cookies allowed. Start again.',
	},
	notAllowed: (place) => ({
		title: `${place} is not among those that may install it`,
		text: 'Nothing was installed. Whoever runs this Threadwise decides which workspaces may: ask them to add yours.',
	}),
	wholeOrganization: {
		title: 'A whole organization can not install it',
		text: 'Nothing was installed. Choose a single workspace of the organization, and repeat that for every one that wants it.',
	},
	refused: (platform, why) => ({
		title: `${platform} has refused to install it`,
		text: `Nothing was installed. The reason is ${why}. If starting again does not help, show this page to whoever runs this Threadwise.`,
	}),
	away: (platform) => ({
		title: `${platform} does not answer`,
		text: 'Nothing was installed. Start again in a moment.',
	}),
	notKept: {
		title: 'It could not be finished',
		text: 'The database does not answer. Start again in a moment: what was allowed before is only replaced.',
	},
}
