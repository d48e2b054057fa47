export { type DataFolder, type DataFolderHolder, holdDataFolder, newControlToken } from './data-folder.ts'
export { type Database, dumpFreshDatabase, openEmbeddedDatabase, openServerDatabase } from './database.ts'
export { createDeliveryStore } from './delivery-store.ts'
export { createRunStore } from './run-store.ts'
