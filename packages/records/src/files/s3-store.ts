// Files in an S3-compatible object store: uploaded in parts, since nobody knows a stream's length before its end.
import { Readable } from 'node:stream';
import { DeleteObjectCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { fail, type TesseraError } from '@tessera/kernel';
import type { FileStore } from './file-store.ts';

/** A bucket, which must be there, and who may write to it. */
export interface S3Options {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

/** What S3 takes as the smallest part; with at most 10,000 of them a file may have 50 GB. */
const partBytes = 5 * 1024 * 1024;
/** Parts under way at a time: all that is held of a file is these and the one that fills. */
const partsAtOnce = 2;
const connectionTimeoutMs = 5_000;
const silenceMs = 60_000;

const isMissing = (error: unknown): boolean => error instanceof Error && (error.name === 'NoSuchKey' || error.name === 'NotFound');

function troubled(error: unknown): TesseraError {
  return fail('UNAVAILABLE', { reason: 'the store of files did not answer as it should.' }, {}, error);
}

/** What the content itself throws must be told from what the store throws. */
class Watched {
  readonly #content: AsyncIterable<Uint8Array>;
  failure: { readonly error: unknown } | undefined;

  constructor(content: AsyncIterable<Uint8Array>) {
    this.#content = content;
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    try {
      yield* this.#content;
    } catch (error) {
      this.failure = { error };
      throw error;
    }
  }
}

/** A store over a bucket; it connects with the first file. */
export function s3Store({ endpoint, bucket, region, accessKey, secretKey }: S3Options): FileStore {
  const client = new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    // Not every store has names for its buckets in DNS, nor AWS's newer checksums.
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: connectionTimeoutMs, socketTimeout: silenceMs },
  });
  const remove = (key: string): Promise<unknown> => client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  return {
    write: async (key, content) => {
      const watched = new Watched(content);
      const body = Readable.from(watched.chunks(), { objectMode: false });
      const params = { Bucket: bucket, Key: key, Body: body, ContentType: 'application/octet-stream' };
      try {
        await new Upload({ client, params, partSize: partBytes, queueSize: partsAtOnce, leavePartsOnError: false }).done();
      } catch (error) {
        body.destroy();
        // Where only the answer was lost, the object is there. What cannot be removed now, the sweeper removes.
        await remove(key).catch(() => undefined);
        throw watched.failure === undefined ? troubled(error) : watched.failure.error;
      }
    },
    read: async (key) => {
      try {
        const { Body: body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        if (!(body instanceof Readable)) throw new TypeError('The answer of the store of files has no body.');
        return body as AsyncIterable<Uint8Array>;
      } catch (error) {
        throw isMissing(error) ? fail('FILE_MISSING', {}, {}, error) : troubled(error);
      }
    },
    remove: async (key) => {
      try {
        await remove(key);
      } catch (error) {
        if (!isMissing(error)) throw troubled(error);
      }
    },
  };
}
