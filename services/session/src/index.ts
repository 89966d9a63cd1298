export { sessionModules } from './modules/index.ts'
export { session } from './service.ts'
