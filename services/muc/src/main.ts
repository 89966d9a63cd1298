import { runService } from '@heliograph/runtime'
import { muc } from './service.ts'

await runService({ name: 'muc', mode: 'cluster', services: [muc] })
