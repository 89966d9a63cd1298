import { runService } from '@heliograph/runtime'
import { presenceFanout } from './service.ts'

await runService({ name: 'presence-fanout', mode: 'cluster', services: [presenceFanout] })
