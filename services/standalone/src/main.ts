import { runService } from '@heliograph/runtime'
import { greet } from './greet.ts'
import { services } from './services.ts'

await runService({ name: 'standalone', mode: 'standalone', services }, process, { onReady: greet })
