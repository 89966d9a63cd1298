export { presenceFanout } from './service.ts'
