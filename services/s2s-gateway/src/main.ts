import { runService } from '@heliograph/runtime'
import { s2sGateway } from './service.ts'

await runService({ name: 's2s-gateway', mode: 'cluster', services: [s2sGateway] })
