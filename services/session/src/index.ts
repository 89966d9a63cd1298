export { session } from './service.ts'
