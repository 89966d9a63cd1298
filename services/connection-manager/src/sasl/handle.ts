import { decodeBase64, decodeInitialResponse } from '@heliograph/sasl'
import { NS } from '@heliograph/stanza'
import type { ParsedElement } from '@heliograph/xml'
import type { Connection } from '../connection.ts'
import { closeStream } from '../stream/close.ts'
import { tlsMissing } from '../stream/security.ts'
import { fail, respond, startAttempt } from './attempt.ts'
import { encode } from './encode.ts'
import { failureXml } from './failure.ts'
import type { Profile } from './profile.ts'
import { succeed } from './succeed.ts'

/** SASL as RFC 6120 §6 has it. */
const profile: Profile = {
  challenge: (data) => `<challenge xmlns='${NS.sasl}'>${encode(data)}</challenge>`,
  failure: failureXml,
  succeed,
}

/** An element of the SASL dialogue (RFC 6120 §6.4). */
export function handleSasl(connection: Connection, { name, element }: ParsedElement): void {
  switch (name) {
    case 'auth': {
      if (tlsMissing(connection)) fail(connection, profile, 'encryption-required', 'start TLS first')
      else {
        const input = decodeInitialResponse(element.getText())
        startAttempt(connection, profile, { mechanism: element.attrs.mechanism ?? '', input })
      }
      break
    }
    case 'response': {
      const text = element.getText()
      // RFC 6120 §6.4.3: an empty response may be written as '='.
      respond(connection, profile, text === '=' ? Buffer.alloc(0) : decodeBase64(text))
      break
    }
    case 'abort':
      // RFC 6120 §6.4.4
      fail(connection, profile, 'aborted', 'as the client wished')
      break
    default:
      closeStream(connection, { condition: 'unsupported-stanza-type' })
  }
}
