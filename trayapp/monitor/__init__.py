"""One thread running one asyncio loop; it owns all live state."""
