/**
 * Does what somebody wants while Discord is told that it was heard: it is done also where that fails. Rejects where either does, once both
 * have ended.
 */
export async function beside<Result>(hearing: Promise<unknown>, doing: Promise<Result>): Promise<Result> {
	const [heard, done] = await Promise.allSettled([hearing, doing])
	if (done.status === 'rejected') throw done.reason
	if (heard.status === 'rejected') throw heard.reason
	return done.value
}
