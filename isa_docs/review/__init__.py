"""What people look at beside the package: the checklist and the manifest."""
