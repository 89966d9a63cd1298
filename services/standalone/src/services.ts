import { connectionManager } from '@heliograph/connection-manager'
import { muc } from '@heliograph/muc'
import { presenceFanout } from '@heliograph/presence-fanout'
import { pubsub } from '@heliograph/pubsub'
import type { Service } from '@heliograph/runtime'
import { s2sGateway } from '@heliograph/s2s-gateway'
import { session } from '@heliograph/session'

/** All services, each after those it needs. */
export const services: readonly Service[] = [s2sGateway, muc, pubsub, presenceFanout, session, connectionManager]
