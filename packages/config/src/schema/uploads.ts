import { z } from 'zod'
import { duration, path, positive, secret, url } from './values.ts'

/** S3 takes no more in one PUT. */
const LARGEST = 5_368_709_120

const bytes = () => positive.max(Number.MAX_SAFE_INTEGER)

const s3 = z
  .strictObject({
    bucketUrl: url('https', 'http').describe(
      'Address of the bucket as clients reach it: `https://s3.example/bucket` or `https://bucket.s3.example`.',
    ),
    region: z.string().min(1).describe('Region, as it is signed.').default('us-east-1'),
    accessKeyId: z.string().min(1).describe('May put, get, head and delete objects of the bucket.'),
    secretAccessKey: secret.describe('Better given by a file or the environment.'),
    prefix: z
      .string()
      .regex(/^(?:[\w-]+\/)*$/, 'may hold letters, digits, _ and -, and ends with /')
      .describe('Begins every object’s key.')
      .default('uploads/'),
  })
  .optional()

const profile = z
  .strictObject({
    retentionDays: positive.max(36_500).describe('How long they are kept.').default(3_650),
    maxFileBytes: bytes().max(LARGEST).describe('Largest one.').default(2_097_152),
    quotaBytes: bytes().describe('All of one user’s together.').default(20_971_520),
  })
  .describe('Files for profiles (avatars and the like), which clients may ask to be kept longer.')
  .prefault({})

export const uploads = z
  .strictObject({
    store: z
      .enum(['none', 'directory', 's3'])
      .describe('Where files are kept. Default: `directory` in standalone mode, `none` (no uploads) in a cluster.')
      .optional(),
    directory: path.describe('Directory of the files. Default: `uploads` under `dataDir`.').optional(),
    directoryShared: z
      .boolean()
      .describe('In a cluster: `directory` is one that all edges and session instances share.')
      .default(false),
    publicUrl: url('https')
      .describe(
        'Address at which clients reach `/upload/` of this listener. Default: `web.publicUrl`, else the first domain and the port of `listen.https`.',
      )
      .optional(),
    secret: secret
      .min(16)
      .describe('Signs the links. Required in a cluster; a standalone server makes one under `dataDir`.')
      .optional(),
    maxFileBytes: bytes().max(LARGEST).describe('Largest file.').default(104_857_600),
    contentTypes: z
      .array(z.string().regex(/^[\w.+-]+\/(?:\*|[\w.+-]+)$/, 'must be of the form type/subtype or type/*'))
      .describe('Media types that are taken, such as `image/*`. Default: all.')
      .default([]),
    slotSeconds: duration(30).max(86_400).describe('Time in which an upload must begin.').default(300),
    retentionDays: positive.max(36_500).describe('How long files are kept.').default(30),
    quotaBytes: bytes().describe('All files of one user together.').default(1_073_741_824),
    dayBytes: bytes().describe('What one user may upload in 24 hours.').default(1_073_741_824),
    dayFiles: positive.describe('Files that one user may upload in 24 hours.').default(1_000),
    profile,
    s3,
  })
  .describe('HTTP File Upload (XEP-0363), at `upload.` of each domain.')
  .prefault({})
