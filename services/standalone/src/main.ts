import { connectionManager } from '@heliograph/connection-manager'
import { muc } from '@heliograph/muc'
import { presenceFanout } from '@heliograph/presence-fanout'
import { pubsub } from '@heliograph/pubsub'
import { runService } from '@heliograph/runtime'
import { s2sGateway } from '@heliograph/s2s-gateway'
import { session } from '@heliograph/session'
import { greet } from './greet.ts'

const services = [s2sGateway, muc, pubsub, presenceFanout, session, connectionManager]

await runService({ name: 'standalone', mode: 'standalone', services }, process, { onReady: greet })
