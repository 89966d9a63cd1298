import { NS } from '@heliograph/stanza'
import { beginBind, isBind } from '../bind/bind.ts'
import { managementFailed } from '../management/failed.ts'
import { askToResume } from '../management/resume.ts'
import { closeStream } from './close.ts'
import { boundFeatures, serverFeatures } from './features.ts'
import type { Phase } from './phase.ts'

/** After authentication: the client binds a resource (RFC 6120 §7) or resumes a session (XEP-0198 §5). */
export const authenticated: Phase = {
  name: 'authenticated',

  element(connection, parsed) {
    if (parsed.namespace === NS.client) {
      if (isBind(parsed)) beginBind(connection, parsed)
      // RFC 6120 §7.1: no stanza before a resource is bound.
      else closeStream(connection, { condition: 'not-authorized', text: 'bind a resource first' })
      return
    }
    if (parsed.namespace !== NS.streamManagement) {
      closeStream(connection, { condition: 'unsupported-stanza-type' })
    } else if (parsed.name !== 'resume') managementFailed(connection, 'unexpected-request')
    else if (!askToResume(connection, parsed.element)) managementFailed(connection, 'bad-request')
  },

  features(connection) {
    return `${boundFeatures}${serverFeatures(connection)}`
  },

  expired(connection) {
    closeStream(connection, { condition: 'connection-timeout', text: 'no resource bound in time' })
  },
}
