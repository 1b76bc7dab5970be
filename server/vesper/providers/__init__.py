"""What performs effects in the world: databases, services, files, events, tasks. One file a resource."""
