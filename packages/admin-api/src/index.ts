export { type AdminApi, type AdminApiOptions, startAdminApi } from './admin-api.ts'
export type { AdminService } from './routes.ts'
