//! RSA keys that must not be certified (CA/Browser Forum S/MIME Baseline Requirements 6.1.1.3).

use crate::Error;
use openssl::{
    bn::{BigNum, BigNumContext, BigNumRef},
    error::ErrorStack,
    pkey::Public,
    rsa::Rsa,
};
use std::sync::LazyLock;

/// Smallest modulus certified, bits.
const MIN_BITS: i32 = 2048;
/// Largest modulus certified, bits: more only makes every verification slow.
const MAX_BITS: i32 = 8192;
/// Primes for trial division, as far as a key maker's mistakes are likely.
const TRIAL_LIMIT: u32 = 752;
/// Rounds of Fermat's method: enough for factors that were drawn one after the other (CVE-2022-26320).
const FERMAT_ROUNDS: u64 = 100;

pub(super) fn check_rsa(key: &Rsa<Public>) -> Result<(), Error> {
    let weak = |reason: String| Err(Error::Algorithm(reason));
    let (n, e) = (key.n(), key.e());
    if n.num_bits() < MIN_BITS {
        return weak(format!("RSA key of {} bits, at least {MIN_BITS} are needed", n.num_bits()));
    }
    if n.num_bits() > MAX_BITS {
        return weak(format!("RSA key of {} bits, at most {MAX_BITS} are accepted", n.num_bits()));
    }
    if e.num_bits() < 2 || e.num_bits() > 256 || e.mod_word(2)? == 0 {
        return weak("RSA key whose public exponent is 1, even or longer than 256 bits".to_owned());
    }
    let residues = Residues::of(n);
    if residues.have_zero() {
        return weak("RSA key whose modulus has a small factor".to_owned());
    }
    if residues.show_roca() {
        return weak("RSA key made by a flawed generator (ROCA, CVE-2017-15361)".to_owned());
    }
    if has_close_factors(n)? {
        return weak("RSA key whose factors are too close to each other".to_owned());
    }
    Ok(())
}

/// Small primes in groups whose product fits 32 bits, so that the long number is reduced seldom.
struct Group {
    product: u64,
    primes: Vec<u32>,
    /// 2^(32 i) modulo the product, for every 32-bit word of the largest modulus.
    powers: Vec<u32>,
}

static GROUPS: LazyLock<Vec<Group>> = LazyLock::new(|| {
    let mut groups: Vec<(u32, Vec<u32>)> = Vec::new();
    for prime in (2..TRIAL_LIMIT).filter(|n| (2..*n).take_while(|d| d * d <= *n).all(|d| n % d != 0)) {
        match groups.last_mut().and_then(|group| group.0.checked_mul(prime).map(|product| (group, product))) {
            Some((group, product)) => {
                group.0 = product;
                group.1.push(prime);
            }
            None => groups.push((prime, vec![prime])),
        }
    }
    let words = MAX_BITS.unsigned_abs().div_ceil(32) as usize;
    let grouped = groups.into_iter().map(|(product, primes)| {
        let product = u64::from(product);
        let powers = std::iter::successors(Some(1 % product), |power| Some((power << 32) % product));
        Group { product, primes, powers: powers.take(words).map(|power| u32::try_from(power).unwrap_or_default()).collect() }
    });
    grouped.collect()
});

/// The powers of 65537 modulo each prime from 3 to 167, as bit sets. The flawed library drew its factors from k*M + 65537^a mod M
/// with M the product of the first primes, so that its moduli are such powers for every one of them (Nemec et al., CCS 2017).
static ROCA_POWERS: LazyLock<Vec<(u32, [u128; 2])>> = LazyLock::new(|| {
    let primes = GROUPS.iter().flat_map(|group| &group.primes).copied().filter(|prime| (3..=167).contains(prime));
    primes
        .map(|prime| {
            let mut set = [0_u128; 2];
            let mut power = 1_u32;
            for _ in 0..prime {
                set_bit(&mut set, power);
                power = power * (65537 % prime) % prime;
            }
            (prime, set)
        })
        .collect()
});

fn set_bit(set: &mut [u128; 2], bit: u32) {
    let [low, high] = set;
    if bit < 128 { *low |= 1 << bit } else { *high |= 1 << (bit - 128) }
}

fn has_bit(set: [u128; 2], bit: u32) -> bool {
    let [low, high] = set;
    if bit < 128 { low >> bit & 1 == 1 } else { high >> (bit - 128) & 1 == 1 }
}

/// A modulus modulo the small primes.
struct Residues(Vec<(u32, u32)>);

impl Residues {
    /// Of a number that has no more bits than [`MAX_BITS`].
    fn of(n: &BigNumRef) -> Self {
        let octets = n.to_vec();
        // Least significant first.
        let words: Vec<u32> = octets.rchunks(4).map(|word| word.iter().fold(0, |value, octet| value << 8 | u32::from(*octet))).collect();
        let mut residues = Vec::with_capacity(140);
        for group in GROUPS.iter() {
            // Sums of products instead of divisions: 256 times 64 bits fit 128 bits by far.
            let sum: u128 = words.iter().zip(&group.powers).map(|(word, power)| u128::from(u64::from(*word) * u64::from(*power))).sum();
            let rest = u32::try_from(sum % u128::from(group.product)).unwrap_or_default();
            residues.extend(group.primes.iter().map(|prime| (*prime, rest % prime)));
        }
        Residues(residues)
    }
    fn have_zero(&self) -> bool {
        self.0.iter().any(|(_, residue)| *residue == 0)
    }
    fn show_roca(&self) -> bool {
        let odd = self.0.iter().filter(|(prime, _)| *prime != 2);
        ROCA_POWERS.iter().zip(odd).all(|((_, powers), (_, residue))| has_bit(*powers, *residue))
    }
}

/// A square is a square modulo every number: few small moduli throw out 99 of 100 candidates without long arithmetic. Each with its
/// squares as a bit set.
const SIEVE: [(u32, u128); 4] = [(64, squares(64)), (63, squares(63)), (65, squares(65)), (11, squares(11))];

const fn squares(modulus: u128) -> u128 {
    let (mut set, mut x) = (0, 0);
    while x < modulus {
        set |= 1 << (x * x % modulus);
        x += 1;
    }
    set
}

/// Fermat: n = a^2 - b^2 with a just above the root of n, when the factors a - b and a + b are close.
fn has_close_factors(n: &BigNumRef) -> Result<bool, ErrorStack> {
    let mut context = BigNumContext::new()?;
    let mut a = root(n, &mut context)?;
    let mut square = BigNum::new()?;
    square.sqr(&a, &mut context)?;
    if &*square == n {
        return Ok(true);
    }
    a.add_word(1)?;
    let sieves = SIEVE.map(|(modulus, squares)| Ok::<_, ErrorStack>((modulus, squares, a.mod_word(modulus)?, n.mod_word(modulus)?)));
    let mut rests = Vec::with_capacity(SIEVE.len());
    for sieve in sieves {
        rests.push(sieve?);
    }
    for round in 0..FERMAT_ROUNDS {
        let possible = rests.iter().all(|(modulus, squares, a, n)| {
            let modulus = u64::from(*modulus);
            let a = (a + round) % modulus;
            squares >> ((a * a + modulus - n) % modulus) & 1 == 1
        });
        if !possible {
            continue;
        }
        let mut candidate = BigNum::from_slice(&a.to_vec())?;
        candidate.add_word(u32::try_from(round).unwrap_or_default())?;
        square.sqr(&candidate, &mut context)?;
        let mut difference = BigNum::new()?;
        difference.checked_sub(&square, n)?;
        let b = root(&difference, &mut context)?;
        square.sqr(&b, &mut context)?;
        if square == difference {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Integer square root by Newton's method, from above.
fn root(n: &BigNumRef, context: &mut BigNumContext) -> Result<BigNum, ErrorStack> {
    if n.num_bits() == 0 {
        return BigNum::new();
    }
    // The root of the leading 62 bits and one more is above the root, and right in half of its first bits: each step doubles them.
    let half = ((n.num_bits() - 62).max(0) + 1) / 2;
    let mut leading = BigNum::new()?;
    leading.rshift(n, 2 * half)?;
    let leading = leading.to_vec().iter().fold(0_u64, |value, octet| value << 8 | u64::from(*octet));
    let above = BigNum::from_slice(&(leading.isqrt() + 1).to_be_bytes())?;
    let mut guess = BigNum::new()?;
    guess.lshift(&above, half)?;
    loop {
        let mut quotient = BigNum::new()?;
        quotient.checked_div(n, &guess, context)?;
        let mut sum = BigNum::new()?;
        sum.checked_add(&guess, &quotient)?;
        let mut next = BigNum::new()?;
        next.rshift1(&sum)?;
        if next >= guess {
            return Ok(guess);
        }
        guess = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prime_at_or_after(start: &BigNumRef) -> BigNum {
        let mut context = BigNumContext::new().unwrap();
        let mut candidate = BigNum::from_slice(&start.to_vec()).unwrap();
        if candidate.mod_word(2).unwrap() == 0 {
            candidate.add_word(1).unwrap();
        }
        while !candidate.is_prime(20, &mut context).unwrap() {
            candidate.add_word(2).unwrap();
        }
        candidate
    }

    fn product(p: &BigNumRef, q: &BigNumRef) -> BigNum {
        let mut n = BigNum::new().unwrap();
        n.checked_mul(p, q, &mut BigNumContext::new().unwrap()).unwrap();
        n
    }

    fn verdict(n: BigNum, e: u32) -> String {
        let key = Rsa::from_public_components(n, BigNum::from_u32(e).unwrap()).unwrap();
        match check_rsa(&key) {
            Ok(()) => "good".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    fn random(bits: i32) -> BigNum {
        let mut number = BigNum::new().unwrap();
        number.rand(bits, openssl::bn::MsbOption::TWO_ONES, true).unwrap();
        number
    }

    #[test]
    fn fresh_keys_are_good_and_bad_exponents_are_not() {
        for _ in 0..5 {
            let n = || Rsa::generate(2048).unwrap().n().to_owned().unwrap();
            assert_eq!(verdict(n(), 65537), "good");
            assert_eq!(verdict(n(), 3), "good");
            assert!(verdict(n(), 1).contains("exponent"));
            assert!(verdict(n(), 65536).contains("exponent"));
        }
        assert!(verdict(Rsa::generate(1024).unwrap().n().to_owned().unwrap(), 65537).contains("1024 bits"));
        assert!(verdict(random(16384), 65537).contains("at most"));
    }

    #[test]
    fn residues_are_those_of_a_division() {
        for n in [random(2048), random(3072), random(8192), BigNum::from_u32(1).unwrap()] {
            for (prime, residue) in Residues::of(&n).0 {
                assert_eq!(u64::from(residue), n.mod_word(prime).unwrap(), "modulo {prime}");
            }
        }
    }

    #[test]
    fn small_factors_are_found() {
        let n = product(&BigNum::from_u32(751).unwrap(), &prime_at_or_after(&random(2040)));
        assert!(verdict(n, 65537).contains("small factor"));
    }

    #[test]
    fn close_factors_are_found() {
        let p = prime_at_or_after(&random(1024));
        let mut after = p.to_owned().unwrap();
        after.add_word(2).unwrap();
        let q = prime_at_or_after(&after);
        assert!(verdict(product(&p, &q), 65537).contains("close"));
        assert!(verdict(product(&p, &p), 65537).contains("close"));
    }

    #[test]
    fn keys_of_the_flawed_generator_are_found() {
        // Factors of the published form k*M + 65537^a mod M, M the product of the primes up to 167.
        let mut context = BigNumContext::new().unwrap();
        let mut m = BigNum::from_u32(2).unwrap();
        for (prime, _) in ROCA_POWERS.iter() {
            m.mul_word(*prime).unwrap();
        }
        let mut factor = || loop {
            let mut power = BigNum::new().unwrap();
            power.mod_exp(&BigNum::from_u32(65537).unwrap(), &random(60), &m, &mut context).unwrap();
            let mut candidate = BigNum::new().unwrap();
            candidate.checked_add(&product(&random(1024 - m.num_bits()), &m), &power).unwrap();
            if candidate.is_prime(10, &mut context).unwrap() {
                return candidate;
            }
        };
        let (p, q) = (factor(), factor());
        let n = product(&p, &q);
        if n.num_bits() >= MIN_BITS {
            assert!(verdict(n, 65537).contains("ROCA"));
        } else {
            assert!(Residues::of(&n).show_roca());
        }
    }
}
