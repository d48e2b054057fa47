/**
 * Whoever serves with Hono's server replaces the global `Response`, for good. Its mark for what was sent already must be made of the real one:
 * before any test of a worker serves.
 */
import '@hono/node-server/utils/response'
