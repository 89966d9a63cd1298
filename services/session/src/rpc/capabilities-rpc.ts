import { type Domain, trusted } from '@heliograph/jid'
import { capabilitiesContract, type ServedContract, serve } from '@heliograph/rpc'
import type { SessionContext } from '../context.ts'

/** What edges put into the stream features. */
export function capabilitiesRpc({ own }: Pick<SessionContext, 'own'>): ServedContract {
  return serve(capabilitiesContract, { ofServer: async ({ domain }) => own.server(trusted<Domain>(domain)).hashes })
}
