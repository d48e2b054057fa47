import type { StorageConfig } from '../../config/index.ts'
import { type Check, type Finding, notChecked, ok, problem, warning } from '../../core/check.ts'
import { counted } from '../../core/counted.ts'
import { inspectInstallations, type KeptInstallations } from '../../store/index.ts'

type Installing = { readonly publicUrl: string; readonly tokenKeys: readonly Uint8Array[] }

/** Which workspaces have installed the app, and whether their tokens can be read. */
export function slackWorkspacesCheck(storage: StorageConfig, { publicUrl, tokenKeys }: Installing): Check {
	return {
		name: 'Slack workspaces',
		run: async () => {
			if (storage.store === 'embedded') return notChecked('they are in the embedded database: the start looks at them')
			return workspacesFinding(await inspectInstallations(storage.databaseUrl, 'slack', tokenKeys), publicUrl)
		},
	}
}

function workspacesFinding({ count, unreadable }: KeptInstallations, publicUrl: string): Finding {
	if (unreadable.length > 0) {
		return problem(
			`SLACK_TOKEN_KEY does not open the tokens of ${unreadable.map(({ name }) => name).join(', ')}.`,
			`Write the key that has sealed them behind it, after a comma. Where it is lost, have the app installed there again: ${publicUrl}/slack/install`,
		)
	}
	if (count > 0) return ok(`installed in ${counted(count, 'workspace')}`)
	return warning('No workspace has installed the app yet.', `Open ${publicUrl}/slack/install.`)
}
