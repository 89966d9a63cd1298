export { connectionManager } from './service.ts'
