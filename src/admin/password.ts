import { hash, verify } from '@node-rs/argon2';
import { EasError } from '../domain/errors.ts';

/** argon2id, 19 MiB, 2 passes: about 15 ms of one core. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const atOnce = 2;
const longestQueue = 200;

/** PHC string. Passwords are compared in Unicode's composed form, since keyboards differ. */
export async function hashPassword(password: string): Promise<string> {
  return await hash(password.normalize('NFC'), cost);
}

export type VerifyPassword = (password: string, hash: string | undefined) => Promise<boolean>;

/** At most two at once, so that guesses cannot take the machine. Without a hash it takes as long and says no. Throws 'busy'. */
export function createVerifier(): VerifyPassword {
  const decoy = hashPassword(crypto.randomUUID());
  const queue: (() => void)[] = [];
  let running = 0;
  return async (password, expected) => {
    if (queue.length >= longestQueue) throw new EasError('busy', 'too many passwords to verify');
    if (running >= atOnce) await new Promise<void>((resolve) => queue.push(resolve));
    else running++;
    try {
      const right = await verify(expected ?? (await decoy), password.normalize('NFC'));
      return right && expected !== undefined;
    } finally {
      const next = queue.shift();
      if (next) next();
      else running--;
    }
  };
}
