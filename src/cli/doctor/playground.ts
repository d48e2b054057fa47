import { type Config, playgroundProblem } from '../../config/index.ts'
import { type Check, type Finding, notConfigured, ok, problem } from '../../core/check.ts'

/** The page: whether it may be served as it is configured, and who gets in. */
export function playgroundCheck(playground: Config['playground']): Check {
	return { name: 'playground', run: async () => playgroundFinding(playground) }
}

function playgroundFinding(playground: Config['playground']): Finding {
	const { isOn, publicUrl, people, trustedProxies } = playground
	if (!isOn) {
		return notConfigured('switched off', 'Take out THREADWISE_PLAYGROUND=off to have the page and the HTTP API.')
	}
	const refusal = playgroundProblem(playground)
	if (refusal !== null) {
		const { variable, found, expected, fix } = refusal
		return problem(`It is not served. ${variable}: found ${found}; expected ${expected}.`, fix)
	}
	if (people.length === 0) return ok('open to this machine, without a token')
	const proxies = trustedProxies.length === 0 ? '' : `; proxies at ${trustedProxies.join(', ')} are trusted`
	const whom = `whoever shows ${people.length === 1 ? 'the token' : `one of the ${people.length} tokens`}`
	return ok(
		publicUrl === null
			? `open to ${whom}; answers have no link for others, since THREADWISE_PUBLIC_URL is not set${proxies}`
			: `open at ${publicUrl} to ${whom}; answers have a link to their full record${proxies}`,
	)
}
