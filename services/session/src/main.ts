import { runService } from '@heliograph/runtime'
import { session } from './service.ts'

await runService({ name: 'session', mode: 'cluster', services: [session] })
