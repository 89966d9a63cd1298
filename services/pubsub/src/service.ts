import { Kind } from '@heliograph/bus'
import { discoOf, Registry } from '@heliograph/module'
import { answeringService, type Service } from '@heliograph/runtime'
import { stanzaError } from '@heliograph/stanza'

/** Owners of nodes. Nodes themselves are not there yet: the service is discovered, and refuses the rest. */
export const pubsub: Service = answeringService({
  name: 'pubsub',
  kind: Kind.node,
  watch: [Kind.user, Kind.room, Kind.node, Kind.domain].filter((kind) => kind !== Kind.node),
  modules: new Registry([discoOf({ category: 'pubsub', type: 'service' })]),
  refusal: () => stanzaError('service-unavailable'),
})
