import { type Declaration, defineModule } from '@heliograph/module'

const streams = defineModule<undefined>({
  name: 'streams',
  rfcs: [
    { number: '6120', title: 'XMPP: Core' },
    { number: '7395', title: 'XMPP Subprotocol for WebSocket' },
    { number: '7590', title: 'Use of TLS in XMPP' },
    { number: '7622', title: 'XMPP: Address Format' },
  ],
  xeps: [
    { number: '0025', version: '1.2', note: 'off by default: `web.polling.enabled`' },
    { number: '0124', version: '1.11.2', note: 'without several streams in a session' },
    { number: '0156', version: '1.4.0' },
    { number: '0199', version: '2.0.1' },
    { number: '0206', version: '1.4' },
    { number: '0368', version: '1.1.0' },
    { number: '0478', version: '0.2.0' },
    { number: '0487', version: '0.1.0', note: 'for clients only, when `web.publicAddresses` are configured' },
  ],
})

const authentication = defineModule<undefined>({
  name: 'authentication',
  rfcs: [
    { number: '4505', title: 'Anonymous SASL Mechanism', note: 'on domains that are for it: `domains` `anonymous`' },
    { number: '4616', title: 'The PLAIN SASL Mechanism' },
    { number: '5802', title: 'Salted Challenge Response Authentication Mechanism (SCRAM)' },
    { number: '5929', title: 'Channel Bindings for TLS', note: 'without tls-unique' },
    {
      number: '7628',
      title: 'SASL Mechanisms for OAuth',
      note: 'OAUTHBEARER, when `authentication.bearer` is configured',
    },
    { number: '7677', title: 'SCRAM-SHA-256 and SCRAM-SHA-256-PLUS' },
    { number: '9266', title: 'Channel Bindings for TLS 1.3' },
  ],
  xeps: [
    { number: '0386', version: '1.1.0' },
    { number: '0388', version: '1.0.4' },
    { number: '0440', version: '1.0.0' },
    { number: '0474', version: '0.5.0' },
    { number: '0480', version: '0.2.0' },
    { number: '0484', version: '0.2.0', note: 'without TLS 0-RTT' },
    { number: '0493', version: '0.1.1', note: 'the server’s side; the OAuth provider is another service' },
  ],
})

const registration = defineModule<undefined>({
  name: 'registration',
  xeps: [
    { number: '0077', version: '2.4', note: 'a data form only with a question' },
    { number: '0158', version: '1.0.1', note: 'with questions of the operator’s, at registration and in rooms' },
    { number: '0445', version: '0.2.0' },
  ],
})

const management = defineModule<undefined>({
  name: 'stream-management',
  xeps: [{ number: '0198', version: '1.6.3' }],
})

/** What the edge does itself. */
export const edgeModules: readonly Declaration[] = [streams, authentication, registration, management]
