import { runService } from '@heliograph/runtime'
import { connectionManager } from './service.ts'

await runService({ name: 'connection-manager', mode: 'cluster', services: [connectionManager] })
