import { z } from 'zod'
import { bearer } from './bearer.ts'
import { duration, positive } from './values.ts'

export const limits = z
  .strictObject({
    stanzaBytesBeforeAuth: z
      .int()
      .min(10_000)
      .describe('Largest stanza before authentication. RFC 6120 §13.12.4 asks for at least 10000.')
      .default(10_240),
    stanzaBytes: z.int().min(10_000).max(16_777_216).describe('Largest stanza after authentication.').default(262_144),
    depth: z.int().min(8).max(1_000).describe('Nesting of elements in a stanza.').default(64),
    attributes: z.int().min(8).max(1_000).describe('Attributes of an element.').default(64),
    nameBytes: z
      .int()
      .min(64)
      .max(65_536)
      .describe('Length of an element, attribute or namespace name.')
      .default(1_024),
    timeToAuthenticateSeconds: duration().describe('From the connection to a successful authentication.').default(60),
    connections: positive
      .describe('Client connections at one instance; further ones are closed. Each takes a file descriptor.')
      .default(100_000),
    connectionsPerAddress: positive.describe('Client connections from one address, at one instance.').default(1_000),
    authAttempts: z
      .int()
      .min(2)
      .max(20)
      .describe('Failed authentications before the stream is closed. RFC 6120 §6.4.4: between 2 and 5.')
      .default(5),
    idleSeconds: duration().describe('Silence after which a client is pinged (XEP-0199).').default(300),
    pingTimeoutSeconds: duration().describe('Time to answer that ping before the stream is closed.').default(60),
    sendQueueBytes: z
      .int()
      .min(65_536)
      .describe(
        'What may wait for one client that reads slowly; past it the connection is closed (and can be resumed).',
      )
      .default(4_194_304),
    handOverSeconds: duration()
      .describe('Time to hand a stanza to the instance that owns its address before it is bounced.')
      .default(15),
  })
  .prefault({})

export const streamManagement = z
  .strictObject({
    resumeSeconds: z.int().min(0).max(86_400).describe('How long a lost session waits for its client.').default(600),
    maxUnackedStanzas: positive
      .describe('Unacknowledged stanzas kept for one session; past it the session ends and they are stored or bounced.')
      .default(5_000),
    maxUnackedBytes: z.int().min(65_536).describe('The same in bytes.').default(8_388_608),
    requestEvery: z
      .strictObject({
        stanzas: positive.describe('Stanzas sent since the last request.').default(10),
        bytes: positive.describe('Bytes sent since the last request.').default(65_536),
        seconds: positive.describe('Seconds that a stanza has waited for its acknowledgement.').default(10),
      })
      .describe('An acknowledgement is requested once any of these has been reached since the last.')
      .prefault({}),
  })
  .describe('XEP-0198.')
  .prefault({})

export const sessions = z
  .strictObject({
    resourceConflict: z
      .enum(['replace', 'refuse', 'reassign'])
      .describe(
        'A resource that is already bound: end the old session, refuse the new one, or give the new one another resource. RFC 6120 §7.7.2.2.',
      )
      .default('replace'),
    maxResources: positive.max(1_000).describe('Resources of one account.').default(20),
    offlineLimit: z
      .int()
      .min(0)
      .describe('Messages kept for an account that is offline; past it they are bounced.')
      .default(1_000),
  })
  .prefault({})

export const push = z
  .strictObject({
    burstSeconds: z
      .int()
      .min(0)
      .max(3_600)
      .describe('After a notification further ones to the same app server and node become one, for so long.')
      .default(10),
    inactiveClients: z
      .boolean()
      .describe('Whether a client that says that it is inactive (XEP-0352) counts as away.')
      .default(false),
    lastMessageSender: z
      .boolean()
      .describe('Whether app servers are told who wrote last. They need not know.')
      .default(false),
    lastMessageBody: z
      .boolean()
      .describe('Whether app servers are told what was written last. They need not know.')
      .default(false),
  })
  .describe('Push notifications (XEP-0357).')
  .prefault({})

export const presence = z
  .strictObject({
    flapWindowMs: duration().describe('Changes of one resource within this time count as flapping …').default(2_000),
    flapBurst: positive
      .describe('… once there are more than this many; then only the newest state is sent when the window ends.')
      .default(4),
  })
  .prefault({})

export const archive = z
  .strictObject({
    enabled: z.boolean().describe('Whether messages are archived (XEP-0313).').default(true),
    queueBytes: z
      .int()
      .min(1_048_576)
      .describe('What may wait to be written; past it messages are refused.')
      .default(67_108_864),
    degradeAfterMs: duration(100)
      .describe('A commit that takes longer no longer holds back delivery; acknowledgements still wait for it.')
      .default(2_000),
    pageMax: positive.max(1_000).describe('Most messages in one page of a query (XEP-0313).').default(250),
    retentionDays: z
      .int()
      .min(0)
      .max(36_500)
      .describe('Older messages are removed, little by little; 0 keeps them for ever. Domains may differ.')
      .default(0),
    search: z
      .boolean()
      .describe(
        'Whether text can be searched for (XEP-0431). The index costs Postgres twice what else a message costs it.',
      )
      .default(false),
  })
  .prefault({})

export const leases = z
  .strictObject({
    ttlMs: duration(500).describe('An owner that has not renewed for this long is replaced.').default(3_000),
    heartbeatMs: duration(50).describe('Time between renewals: at most a third of `ttlMs`.').default(750),
  })
  .refine((given) => given.heartbeatMs * 3 <= given.ttlMs, { error: 'heartbeatMs must be at most a third of ttlMs' })
  .prefault({})

export const authentication = z
  .strictObject({
    iterations: z
      .int()
      .min(4_096)
      .max(1_000_000)
      .describe('Iterations of new SCRAM keys. RFC 7677 §4: at least 4096.')
      .default(10_000),
    lockout: z
      .strictObject({
        attempts: positive
          .describe(
            'Failures of one account within the window before more are refused; of one address, five times as many.',
          )
          .default(10),
        windowSeconds: duration().describe('How long a failure counts.').default(300),
      })
      .prefault({}),
    mechanisms: z
      .array(
        z.enum([
          'SCRAM-SHA-1',
          'SCRAM-SHA-1-PLUS',
          'SCRAM-SHA-256',
          'SCRAM-SHA-256-PLUS',
          'SCRAM-SHA-512',
          'SCRAM-SHA-512-PLUS',
          'PLAIN',
        ]),
      )
      .min(1)
      .describe('Offered mechanisms for passwords. Default: all; PLAIN is offered under TLS only.')
      .optional(),
    bearer,
  })
  .prefault({})
