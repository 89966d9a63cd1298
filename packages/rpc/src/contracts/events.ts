import { contract } from '../contract.ts'
import type { Verdict } from './accounts.ts'

export interface PublishEventRequest {
  readonly source: string
  readonly body: string
  readonly localOnly: boolean
}
export interface PublishEventReply extends Verdict {
  readonly item: string
}

/** `heliograph.v1.Events`; the guarantees are in `proto/heliograph/v1/events.proto`. */
export interface Events {
  publish(request: PublishEventRequest): Promise<PublishEventReply>
}

export const eventsContract = contract<Events>('heliograph/v1/events.proto', 'heliograph.v1.Events')
