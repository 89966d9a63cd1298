import { NS } from '@heliograph/stanza'
import type { ParsedElement } from '@heliograph/xml'
import type { Connection } from '../connection.ts'
import { managementFailed } from '../management/failed.ts'
import { invitesAllowed, isPreauth, isRegistration, registrationAllowed } from '../registration/allowed.ts'
import { handlePreauth } from '../registration/preauth.ts'
import { handleRegistration } from '../registration/registration.ts'
import { bindingsOf } from '../sasl/authentication.ts'
import { handleSasl } from '../sasl/handle.ts'
import { authenticationFeature } from '../sasl2/feature.ts'
import { handleSasl2 } from '../sasl2/handle.ts'
import { closeStream } from './close.ts'
import { ibrTokenFeature, limitsFeature, mechanismsFeature, registerFeature, startTlsFeature } from './features.ts'
import type { Phase } from './phase.ts'
import { offeredMechanisms, startTlsOffered, tlsMissing } from './security.ts'
import { startTls } from './start-tls.ts'

/** Before authentication: TLS, SASL, and where it is open, registration. */
export const negotiating: Phase = {
  name: 'negotiating',

  element(connection, parsed) {
    // XEP-0388 §2.4: servers MUST disconnect clients that say anything else in between.
    if (connection.authentication?.login !== undefined && parsed.namespace !== NS.sasl2) {
      closeStream(connection, { condition: 'policy-violation', text: 'an authentication is under way' })
      return
    }
    switch (parsed.namespace) {
      case NS.tls:
        return startTls(connection, parsed)
      case NS.sasl:
        return handleSasl(connection, parsed)
      case NS.sasl2:
        return handleSasl2(connection, parsed)
      case NS.client:
        return stanza(connection, parsed)
      case NS.streamManagement:
        // XEP-0198 §3: "the server SHALL enforce this order".
        return managementFailed(connection, 'unexpected-request')
      default:
        closeStream(connection, { condition: 'unsupported-stanza-type' })
    }
  },

  features(connection) {
    const { config } = connection.edge
    const limits = limitsFeature(config.xmlBeforeAuth, config)
    const canSecure = startTlsOffered(connection)
    const tls = canSecure ? startTlsFeature(config.tls.required) : ''
    // RFC 6120 §5.3.1: where TLS is mandatory nothing else is offered before it.
    if (tlsMissing(connection)) return `${tls}${limits}`
    const mechanisms = mechanismsFeature(offeredMechanisms(connection), bindingsOf(connection).types)
    const sasl2 = authenticationFeature(connection)
    return `${tls}${mechanisms}${sasl2}${registrationAllowed(connection) ? registerFeature : ''}${invitesAllowed(connection) ? ibrTokenFeature : ''}${limits}`
  },

  expired(connection) {
    closeStream(connection, { condition: 'connection-timeout', text: 'not authenticated in time' })
  },
}

function stanza(connection: Connection, parsed: ParsedElement): void {
  if (isPreauth(parsed) && invitesAllowed(connection) && !tlsMissing(connection)) {
    handlePreauth(connection, parsed)
    return
  }
  if (registrationAllowed(connection) && !tlsMissing(connection) && isRegistration(parsed)) {
    handleRegistration(connection, parsed)
    return
  }
  const isStanza = parsed.name === 'message' || parsed.name === 'presence' || parsed.name === 'iq'
  // RFC 6120 §4.9.3.12
  closeStream(connection, { condition: isStanza ? 'not-authorized' : 'unsupported-stanza-type' })
}
