"""What a person sees: tray, menu, window, dialogs. Drawn from snapshots; asks through `asks.Asks`."""
