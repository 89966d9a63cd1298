import { Kind } from '@heliograph/bus'
import { Registry } from '@heliograph/module'
import { answeringService, type Service } from '@heliograph/runtime'
import { stanzaError } from '@heliograph/stanza'

/** Owners of (local, remote) domain pairs. It opens no streams to other servers yet, and says so to who writes to them. */
export const s2sGateway: Service = answeringService({
  name: 's2s-gateway',
  kind: Kind.domain,
  watch: [Kind.user, Kind.room, Kind.node],
  modules: new Registry<undefined>([]),
  refusal: () => stanzaError('remote-server-not-found', { text: 'this server does not federate' }),
})
