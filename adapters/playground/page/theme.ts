/** What `theme-first.ts` puts back before the page is painted. */
export type Theme = 'system' | 'light' | 'dark'

const key = 'threadwise-theme'

export function readTheme(): Theme {
	const { theme } = document.documentElement.dataset
	return theme === 'light' || theme === 'dark' ? theme : 'system'
}

export function nextTheme(theme: Theme): Theme {
	return theme === 'system' ? 'light' : theme === 'light' ? 'dark' : 'system'
}

export function rememberTheme(theme: Theme): void {
	if (theme === 'system') delete document.documentElement.dataset.theme
	else document.documentElement.dataset.theme = theme
	try {
		if (theme === 'system') localStorage.removeItem(key)
		else localStorage.setItem(key, theme)
	} catch {
		// A browser that keeps nothing shows it until the page is left.
	}
}
