export { pubsub } from './service.ts'
