import { freePort } from '@heliograph/testkit'

/**
 * Everything switched on that isn't by default, and that no load of the bench uses: what that costs is the difference between a target and the
 * same with `-all`. The archive stays as the row has it; where there is one it can be searched, which costs each of its messages.
 */
export async function everythingOn(domain: string, dataDir: string): Promise<ConfigOverlay> {
  const publicUrl = `https://${domain}:5443`
  const loopback = async () => `127.0.0.1:${await freePort()}`
  const contacts = { abuse: [`mailto:abuse@${domain}`], support: [`xmpp:support@${domain}`] }
  return {
    domain: {
      contacts,
      retentionDays: 365,
      strangers: { messages: 'limit', requests: 'limit', perMinute: 100_000_000 },
      rates: { stanzasPerSecond: 1_000_000, bytesPerSecond: 1_073_741_824 },
    },
    archive: { search: true },
    listen: { http: await loopback(), https: await loopback(), metrics: await loopback() },
    rest: {
      admins: [`user0@${domain}`],
      reportsTo: [`user0@${domain}`],
      userSearch: 'allDomains',
      registration: { open: 'always' },
      blockLists: [{ service: `pubsub.${domain}`, node: 'listed' }],
      rooms: { questions: [{ question: 'Where do we lay our scene?', answers: ['Verona'] }] },
      invites: { byUsers: 'accounts' },
      web: { publicUrl, polling: { enabled: true } },
      uploads: {
        store: 'directory',
        directory: `${dataDir}-uploads`,
        directoryShared: true,
        publicUrl,
        secret: 'one that only a bench would use',
      },
      push: { inactiveClients: true, lastMessageSender: true, lastMessageBody: true },
      externalServices: {
        services: [{ type: 'turn', host: `turn.${domain}`, port: 3478, transport: 'udp' }],
        secret: 'one that only a bench would use',
      },
    },
  }
}

/** What is laid over a configuration. */
export interface ConfigOverlay {
  readonly domain: object
  readonly archive: object
  readonly listen: object
  readonly rest: object
}
