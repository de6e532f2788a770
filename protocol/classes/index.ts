export * from './air-sync-base.ts';
export * from './email.ts';
export * from './meeting-request.ts';
export * from './rights-management.ts';
