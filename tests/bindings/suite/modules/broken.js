throw new Error('broken at once');
