import { h, render } from 'preact'
import { Chat } from './app.ts'
import { RunPage } from './run-page.ts'

const runId = /^\/runs\/([^/]+)\/?$/.exec(location.pathname)?.[1]
const place = document.getElementById('app')
if (place !== null)
	render(runId === undefined ? h(Chat, null) : h(RunPage, { runId: decodeURIComponent(runId) }), place)
