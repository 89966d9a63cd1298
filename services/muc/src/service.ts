import { Kind } from '@heliograph/bus'
import { discoOf, Registry } from '@heliograph/module'
import { answeringService, type Service } from '@heliograph/runtime'
import { stanzaError } from '@heliograph/stanza'

/** Owners of rooms. Rooms themselves are not there yet: the service is discovered, and refuses the rest. */
export const muc: Service = answeringService({
  name: 'muc',
  kind: Kind.room,
  watch: [Kind.user, Kind.room, Kind.node, Kind.domain].filter((kind) => kind !== Kind.room),
  modules: new Registry([discoOf({ category: 'conference', type: 'text' })]),
  refusal: () => stanzaError('service-unavailable'),
})
