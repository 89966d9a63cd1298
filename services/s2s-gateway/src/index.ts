export { s2sGateway } from './service.ts'
