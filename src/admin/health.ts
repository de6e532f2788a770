import type { Store } from '../store/port.ts';

/** True when the store answers. */
export async function storeAnswers(store: Store): Promise<boolean> {
  try {
    await store.outbox.next();
    return true;
  } catch {
    return false;
  }
}
