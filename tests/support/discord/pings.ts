import { textsOf } from './rules/component-tree.ts'
import type { AllowedMentions, Component } from './wire.ts'

const userMention = /<@!?(\d+)>/g
const roleMention = /<@&(\d+)>/g
const broadcastMention = /@(everyone|here)\b/g

type Text = { readonly content: string; readonly components: readonly Component[] }

/**
 * Whom a message notifies: a person's id, `&` and a role's id, `@everyone`, `@here`. Stricter than Discord is known to be: what
 * stands in code counts, too, and so do roles and everybody without the permission to mention them. Without anything said about
 * what is allowed, everything is.
 */
export function pingsOf(text: Text, allowed: AllowedMentions | null, repliedTo: string | null): readonly string[] {
	const texts = [text.content, ...textsOf(text.components)]
	const users = texts.flatMap((each) => idsIn(each, userMention)).filter((id) => allowsUser(allowed, id))
	const roles = texts.flatMap((each) => idsIn(each, roleMention)).filter((id) => allowsRole(allowed, id))
	const broadcasts = texts.flatMap((each) => idsIn(each, broadcastMention)).filter(() => parses(allowed, 'everyone'))
	const replied = repliedTo !== null && pingsAuthor(allowed) ? [repliedTo] : []
	return [...new Set([...users, ...replied, ...roles.map((id) => `&${id}`), ...broadcasts.map((name) => `@${name}`)])]
}

function idsIn(text: string, mention: RegExp): readonly string[] {
	return [...text.matchAll(mention)].map(([, id = '']) => id)
}

function parses(allowed: AllowedMentions | null, kind: string): boolean {
	return allowed === null || (allowed.parse ?? []).includes(kind)
}

function allowsUser(allowed: AllowedMentions | null, id: string): boolean {
	return parses(allowed, 'users') || (allowed?.users ?? []).includes(id)
}

function allowsRole(allowed: AllowedMentions | null, id: string): boolean {
	return parses(allowed, 'roles') || (allowed?.roles ?? []).includes(id)
}

/** A reply notifies whom it answers unless something else is said. */
function pingsAuthor(allowed: AllowedMentions | null): boolean {
	return allowed === null || allowed.replied_user === true
}
