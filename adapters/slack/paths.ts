/** Where Slack sends what it tells over HTTP. */
export const eventsPath = '/slack/events'
/** Where people begin to install the app, and where Slack sends them back to. */
export const installPath = '/slack/install'
export const redirectPath = '/slack/oauth_redirect'
