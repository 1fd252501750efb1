"""What goes into a submission and how each paper is filled from its Word template."""
