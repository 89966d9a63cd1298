import { runService } from '@heliograph/runtime'
import { pubsub } from './service.ts'

await runService({ name: 'pubsub', mode: 'cluster', services: [pubsub] })
