export { muc } from './service.ts'
