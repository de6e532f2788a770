/** Forty zones: both hemispheres, no summer time, half and quarter hours, jumps at midnight and of half an hour. */
export const zones = [
  ...['Europe/Berlin', 'Europe/London', 'Europe/Moscow', 'Europe/Dublin', 'Africa/Cairo', 'Africa/Johannesburg'],
  ...['America/New_York', 'America/Los_Angeles', 'America/St_Johns', 'America/Sao_Paulo', 'America/Caracas'],
  ...['America/Phoenix', 'America/Havana', 'America/Santiago', 'Asia/Kolkata', 'Asia/Kathmandu', 'Asia/Tokyo'],
  ...['Asia/Tehran', 'Asia/Jerusalem', 'Asia/Shanghai', 'Australia/Sydney', 'Australia/Lord_Howe', 'Australia/Perth'],
  ...['Pacific/Auckland', 'Pacific/Chatham', 'Pacific/Kiritimati', 'Pacific/Honolulu', 'Pacific/Apia', 'UTC'],
  ...['Atlantic/Azores', 'America/Anchorage', 'America/Halifax', 'America/Mexico_City', 'Asia/Dubai', 'Asia/Karachi'],
  ...['Europe/Istanbul', 'Europe/Helsinki', 'America/Denver', 'America/Chicago', 'America/Regina'],
];
