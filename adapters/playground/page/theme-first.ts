// Runs before anything is painted, and therefore is no module: the page mustn't flash in the other colours.
try {
	const theme = localStorage.getItem('threadwise-theme')
	if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
	// A browser that keeps nothing has nothing to put back.
}
