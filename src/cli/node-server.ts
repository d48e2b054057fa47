/**
 * Hono's server replaces the global `Response`, for good. Its mark for what was sent already must be made of the real one, before any
 * server is: adapters that answer with it are loaded later.
 */
import '@hono/node-server/utils/response'

export { createAdaptorServer, type HttpBindings } from '@hono/node-server'
