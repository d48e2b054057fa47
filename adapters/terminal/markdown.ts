import { toPlainText } from '../../src/rendering/index.ts'
import type { Formatter } from './colors.ts'

/** The few marks that stage records use, as terminal styles; everything else is shown as it is. */
export function renderMarkdown(text: string, format: Formatter): string {
	return toPlainText(text)
		.replaceAll(/\*\*([^*]+)\*\*/g, (_, bold: string) => format.bold(bold))
		.replaceAll(/`([^`\n]+)`/g, (_, code: string) => format.cyan(code))
}
