const BODY = 'The quick brown fox jumps over the lazy dog, and the dog dreams on of slower foxes, 100 bytes long..'

/** A chat message as mobile clients send it: 100-byte body, receipt request, marker request, origin-id. */
export const CHAT = Buffer.from(
  `<message to='bob@example.org' type='chat' id='k3x-1mz2'><body>${BODY}</body>` +
    `<request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/>` +
    `<origin-id xmlns='urn:xmpp:sid:0' id='k3x-1mz2'/></message>`,
)

/** A presence with entity capabilities. */
export const PRESENCE = Buffer.from(
  `<presence><show>away</show><status>Out for a walk</status><priority>5</priority>` +
    `<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='https://example.org/client' ` +
    `ver='q07IKJEyjvHSyhy//CH0CxmKi8w='/></presence>`,
)

/** The namespaces in force in a client's stream. */
export const CLIENT_SCOPE = Object.freeze({ defaultNs: 'jabber:client', prefixes: new Map<string, string>() })
