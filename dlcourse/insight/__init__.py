"""What an instructor learns of a graded class: item analysis, likeness, sheets for a talk."""
